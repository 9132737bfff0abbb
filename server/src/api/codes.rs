//! Every error code of the API with its status, in one closed table. The document, the guide and
//! the answers are made from it.

/// One code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status it comes with.
    pub status: u16,
    /// What kind of thing went wrong, the same for every occurrence.
    pub title: &'static str,
}

const fn code(status: u16, code: &'static str, title: &'static str) -> Code {
    Code { code, status, title }
}

/// Every code by rising status.
pub const CODES: &[Code] = &[
    code(400, "bad_json", "The body is not JSON"),
    code(400, "bad_query", "A query parameter is wrong"),
    code(400, "bad_period", "The days make no period of this report"),
    code(400, "bad_cursor", "The cursor belongs to another list"),
    code(400, "bad_idempotency_key", "The Idempotency-Key is not usable"),
    code(400, "idempotency_key_missing", "This write needs an Idempotency-Key"),
    code(401, "unauthenticated", "No valid API key"),
    code(403, "forbidden", "The API key lacks the role"),
    code(403, "signature_stale", "The signature is too old or from the future"),
    code(403, "signature_wrong", "The call does not prove who sent it"),
    code(404, "not_found", "There is no such thing"),
    code(405, "method_not_allowed", "The method is not offered here"),
    code(409, "already_exists", "The name is taken"),
    code(409, "conflict", "Somebody else was faster"),
    code(409, "contract_not_active", "The contract has ended or is settled"),
    code(409, "device_already_financed", "The IMEI is financed already"),
    code(409, "duplicate_imei", "The IMEI is known with other details"),
    code(409, "duplicate_reference", "The reference is taken"),
    code(409, "idempotency_key_reused", "The key was used for another request"),
    code(409, "no_chargeback", "The payment was not charged back"),
    code(409, "notice_not_due", "No such notice is due"),
    code(409, "notice_void", "The notice no longer says what is owed"),
    code(409, "payment_charged_back", "The payer's bank has taken the payment back"),
    code(409, "payment_id_reused", "The provider's id was reported with other content"),
    code(409, "payment_not_in_suspense", "The payment does not wait for a person"),
    code(409, "payment_not_posted", "The payment is not counted on a contract"),
    code(409, "provisional_budget_spent", "Announced money has opened often enough"),
    code(409, "refund_exceeds_credit", "There is not so much credit"),
    code(409, "reversal_exceeds_paid", "More than what was counted"),
    code(409, "stale_programme", "The programme changed while signing"),
    code(409, "transaction_claimed", "The transaction is another contract's, or no payment"),
    code(409, "waiver_exceeds_fees", "There are not so many fees open"),
    code(413, "body_too_large", "The body is too large"),
    code(413, "too_many_items", "Too many items in one call"),
    code(415, "unsupported_media_type", "The body must be application/json"),
    code(422, "amount_not_positive", "The amount must be above zero"),
    code(422, "amount_overflow", "The amount does not fit"),
    code(422, "amount_too_precise", "Too many decimal places"),
    code(422, "bad_amount", "Not an amount"),
    code(422, "bad_date", "Not a day"),
    code(422, "bad_field", "A field has the wrong type, is missing or is unknown"),
    code(422, "bad_hold_kind", "Not a kind of hold"),
    code(422, "bad_imei", "Not an IMEI"),
    code(422, "bad_language", "Not a language tag"),
    code(422, "bad_moment", "Not a moment"),
    code(422, "bad_number", "Not a number of the range"),
    code(422, "bad_phone", "Not a phone number"),
    code(422, "bad_reference", "Not a reference"),
    code(422, "bad_terms", "A field of the terms is wrong"),
    code(422, "bad_text", "Not a text of one line in the length allowed"),
    code(422, "bad_unit", "Not a unit of time"),
    code(422, "channel_not_accepted", "The law pack does not count this channel"),
    code(422, "consent_in_future", "The consent lies in the future"),
    code(422, "currency_mismatch", "Not the contract's currency"),
    code(422, "delivery_out_of_range", "The delivery lies outside the notice's time"),
    code(422, "empty", "A value is missing"),
    code(422, "hold_needs_end", "This kind of hold needs an end"),
    code(422, "hold_out_of_range", "The hold lies outside the time allowed"),
    code(422, "nothing_financed", "Nothing is left to finance"),
    code(422, "paid_in_future", "The payment lies in the future"),
    code(422, "price_mismatch", "The price is not that of the terms"),
    code(422, "rate_absurd", "The rate is absurd"),
    code(422, "schedule_amount", "An instalment is not above zero"),
    code(422, "schedule_count", "Too few or too many instalments"),
    code(422, "schedule_date", "A due date outside the calendar"),
    code(422, "schedule_digits", "Not the digits of the currency"),
    code(422, "schedule_event", "An event of no row"),
    code(422, "schedule_every", "The distance between due dates is wrong"),
    code(422, "schedule_grace", "The grace is as long as the schedule"),
    code(422, "schedule_interest", "The interest of the rows is wrong"),
    code(422, "schedule_last_row", "Nothing is left for the last row"),
    code(422, "schedule_not_amortising", "The debt would never end"),
    code(422, "schedule_order", "Due dates do not rise"),
    code(422, "schedule_overflow", "The instalments do not fit"),
    code(422, "schedule_payment", "The payment rounds to nothing"),
    code(422, "schedule_rows", "The rows do not pay back what is financed"),
    code(422, "schedule_short", "The instalments do not cover what is financed"),
    code(422, "schedule_twice", "Rows and equal instalments were both given"),
    code(422, "terms_unsupported", "The terms cannot stand together"),
    code(422, "too_long", "A text is too long"),
    code(422, "unknown_currency", "Not a currency"),
    code(422, "unknown_pack", "The policy pack is not loaded"),
    code(422, "unknown_programme", "The programme is not known"),
    code(422, "unknown_reference", "No contract has this reference"),
    code(422, "unknown_time_zone", "Not a time zone"),
    code(422, "value_in_future", "The value date lies in the future"),
    code(500, "internal", "The server failed"),
    code(503, "busy", "Too much at once"),
    code(503, "clock_refused", "The server's clock is in doubt"),
];

/// The entry of a code. One that is missing here is a fault of ours, never of the caller.
pub(super) fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.code == code)
}
