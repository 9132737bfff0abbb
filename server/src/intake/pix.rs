//! Pix notifications: several payments in one call, each with the refunds given on it so far. The
//! rail proves itself by its client certificate. What terminates TLS and has verified that
//! certificate says so with a secret of this source; without it the call is a hint.

use domain::Moment;
use formats::camt::Taken;
use serde::Deserialize;

use super::{Call, Proof, Rail, Rejection, Source, Told, json, said, signature, text};
use crate::crypto::same;

/// Holds the source's secret where the client's certificate was verified.
pub(super) const HEADER: &str = "quittance-client-verified";

pub(super) struct Pix;

#[derive(Deserialize)]
struct Calls {
    pix: Vec<Payment>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payment {
    end_to_end_id: String,
    #[serde(default)]
    txid: Option<String>,
    valor: String,
    horario: String,
    #[serde(default)]
    info_pagador: Option<String>,
    #[serde(default)]
    devolucoes: Vec<Refund>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refund {
    rtr_id: String,
    valor: String,
    horario: Times,
    status: String,
}

#[derive(Clone, Deserialize)]
struct Times {
    #[serde(default)]
    solicitacao: Option<String>,
    #[serde(default)]
    liquidacao: Option<String>,
}

/// A payment, or one refund of it.
pub(super) struct Message {
    payment: Payment,
    refund: Option<Refund>,
}

impl Rail for Pix {
    type Message = Message;

    fn verify(&self, source: &Source, call: &Call<'_>) -> Result<Proof, Rejection> {
        let Some(shown) = call.header(HEADER) else {
            return Ok(Proof::Hint);
        };
        if source.secrets.iter().any(|secret| same(secret.bytes(), shown.as_bytes())) {
            return Ok(Proof::Proven);
        }
        Err(signature::wrong("the proof of the client's certificate is not this source's"))
    }

    fn decode(&self, body: &[u8]) -> Result<Vec<Message>, Rejection> {
        let calls: Calls = json(body)?;
        let mut messages = Vec::new();
        for mut payment in calls.pix {
            let refunds = std::mem::take(&mut payment.devolucoes);
            messages.push(Message { payment: payment.clone(), refund: None });
            // A refund under way or refused has moved no money.
            let done = refunds.into_iter().filter(|refund| refund.status == "DEVOLVIDO");
            messages.extend(
                done.map(|refund| Message { payment: payment.clone(), refund: Some(refund) }),
            );
        }
        Ok(messages)
    }

    fn key(&self, message: &Message) -> String {
        let id = message.refund.as_ref().map(|refund| &refund.rtr_id);
        id.unwrap_or(&message.payment.end_to_end_id).trim().to_owned()
    }

    fn map(&self, _: &Source, message: &Message) -> Result<Told, Rejection> {
        let Message { payment, refund } = message;
        let original = text("endToEndId", &payment.end_to_end_id)?;
        let references = said([payment.txid.as_deref(), payment.info_pagador.as_deref()]);
        let (taken, originals, amount, stamp) = match refund {
            None => (Taken::In, Vec::new(), &payment.valor, &payment.horario),
            Some(refund) => {
                text("rtrId", &refund.rtr_id)?;
                let times = &refund.horario;
                let stamp = times.liquidacao.as_ref().or(times.solicitacao.as_ref());
                (Taken::Back, vec![original], &refund.valor, stamp.unwrap_or(&payment.horario))
            }
        };
        let paid_at = Moment::parse(stamp)
            .ok_or_else(|| Rejection::new("bad_moment", "horario: expected RFC 3339"))?;
        Ok(Told {
            taken,
            originals,
            references,
            amount: text("valor", amount)?,
            currency: "BRL".to_owned(),
            paid_at,
            payer: None,
        })
    }

    fn acknowledge(&self) -> &'static str {
        "{}"
    }
}
