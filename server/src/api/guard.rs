//! Who may call what. Every route but the open ones passes here before its handler.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{Actor, TenantId, UnitId};
use formats::directory::Role;

use super::{
    problem::Problem,
    table::{Endpoint, Key},
};
use crate::{
    App,
    app::{change::Asked, directory::Caller},
    crypto::sha256,
};

/// Longest Idempotency-Key.
const KEY_MAX: usize = 128;

/// A call that was let in.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    caller: Caller,
    /// Identifies the command, from the caller and his Idempotency-Key.
    key: Option<[u8; 16]>,
}

impl Call {
    /// What this call asks for: under its idempotency key, or once.
    pub(crate) fn asked(&self, app: &App, body: &[&[u8]], name: &'static str) -> Asked {
        match self.key() {
            Some(key) => Asked::keyed(key, &body.join(&0), name, self.actor()),
            None => Asked::once(app, name, self.actor()),
        }
    }

    /// For whom.
    pub(crate) fn tenant(&self) -> TenantId {
        self.caller.tenant
    }

    /// Who calls.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Who acts, as facts name it.
    pub(crate) fn actor(&self) -> Actor {
        self.caller.actor()
    }

    /// The person who calls. Two keys are not two people: what takes a person names him.
    pub(crate) fn person(&self) -> Result<UnitId, Problem> {
        let detail = "this takes a person: use an API key that was made for one";
        self.caller.person.ok_or_else(|| Problem::new("person_needed", detail))
    }

    /// Whether the caller has one of these roles.
    pub(crate) fn may(&self, roles: &[Role]) -> bool {
        self.caller.may(roles)
    }

    /// The command's key.
    pub(crate) fn key(&self) -> Option<[u8; 16]> {
        self.key
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Call, Problem> {
        let call = parts.extensions.get::<Call>().cloned();
        call.ok_or_else(|| Problem::new("internal", "the call was let in by nobody"))
    }
}

/// Lets a call in, or says why not.
pub(crate) async fn guard(
    State((app, endpoint)): State<(Arc<App>, &'static Endpoint)>,
    mut request: Request,
    next: Next,
) -> Response {
    match let_in(&app, endpoint, request.headers()) {
        Ok(call) => {
            request.extensions_mut().insert(call);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

fn let_in(app: &App, endpoint: &Endpoint, headers: &HeaderMap) -> Result<Call, Problem> {
    let caller = bearer(headers).and_then(|secret| app.directory.caller(secret));
    let caller = caller.ok_or_else(|| {
        let detail = "send a valid API key: Authorization: Bearer qk_...";
        Problem::new("unauthenticated", detail)
    })?;
    if !caller.may(endpoint.roles) {
        let names: Vec<&str> = endpoint.roles.iter().map(|role| role.name()).collect();
        let detail = format!("this needs a key with one of the roles {}", names.join(", "));
        return Err(Problem::new("forbidden", detail));
    }
    let key = match (endpoint.key, idempotency_key(headers)?) {
        (Key::None, _) => None,
        (Key::Required, None) => {
            let detail = "send an Idempotency-Key of your own, the same again when you try again";
            return Err(Problem::new("idempotency_key_missing", detail));
        }
        (_, None) => None,
        (_, Some(text)) => {
            let hash = sha256(&[b"idempotency/", &caller.key.bytes(), text.as_bytes()]);
            Some(hash[..16].try_into().expect("half of 32 bytes"))
        }
    };
    Ok(Call { caller, key })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let text = values.next()?.to_str().ok()?;
    let (scheme, secret) = text.split_once(' ')?;
    let alone = values.next().is_none();
    (alone && scheme.eq_ignore_ascii_case("bearer")).then(|| secret.trim())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let wrong = || {
        let detail = format!("Idempotency-Key: once, 1 to {KEY_MAX} visible ASCII characters");
        Problem::new("bad_idempotency_key", detail)
    };
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| wrong())?;
    let fits = (1..=KEY_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if fits && values.next().is_none() { Ok(Some(text)) } else { Err(wrong()) }
}
