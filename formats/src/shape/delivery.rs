//! What became of the messages that carry a formal notice.

use domain::{
    Channel, Moment, NoticeId,
    delivery::{Delivery, DeliveryState, Message},
};
use serde::{Deserialize, Serialize};

use super::shaped;
use crate::text::one;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Delivery", deny_unknown_fields)]
pub(crate) struct DeliveryShape {
    #[serde(with = "one")]
    at: Moment,
    #[serde(with = "one")]
    channel: Channel,
    evidence: String,
    k: u8,
    #[serde(with = "one")]
    notice: NoticeId,
    #[serde(with = "one")]
    state: DeliveryState,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Message", deny_unknown_fields)]
pub(crate) struct MessageShape {
    #[serde(with = "one")]
    at: Moment,
    #[serde(with = "one")]
    channel: Channel,
    #[serde(with = "one")]
    state: DeliveryState,
}

shaped!(Delivery: DeliveryShape, Message: MessageShape);
