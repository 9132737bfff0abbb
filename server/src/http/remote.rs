//! Who is at the other end of a connection.

use std::{convert::Infallible, net::IpAddr};

use axum::{extract::FromRequestParts, http::request::Parts};

/// The address at the other end of a connection, if there is a connection.
#[derive(Clone, Copy, Debug)]
pub struct Remote(pub Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Remote {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Remote, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Remote(None)))
    }
}

impl Remote {
    /// Who calls. Behind a proxy the last address of `X-Forwarded-For`, which is the proxy's own
    /// word; those before it are anybody's.
    pub(crate) fn of(self, headers: &[(String, String)], forwarded: bool) -> Option<IpAddr> {
        let named = headers.iter().rfind(|(name, _)| forwarded && name == "x-forwarded-for");
        let last = named.and_then(|(_, value)| value.rsplit(',').next()?.trim().parse().ok());
        last.or(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_believed_its_own_word_only_where_there_is_one() {
        let peer = Some(IpAddr::from([192, 0, 2, 1]));
        let told = |value: &str| vec![("x-forwarded-for".to_owned(), value.to_owned())];
        let of = |value: &str, forwarded| Remote(peer).of(&told(value), forwarded);
        assert_eq!(of("198.51.100.7", false), peer);
        assert_eq!(of("10.9.9.9, 198.51.100.7", true), Some(IpAddr::from([198, 51, 100, 7])));
        assert_eq!(of("unknown", true), peer);
        assert_eq!(Remote(None).of(&[], true), None);
    }
}
