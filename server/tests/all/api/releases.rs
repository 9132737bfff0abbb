//! Releases are tracked until their phones confirm.

use formats::directory::Role::*;
use server::app::list_releases::Waiting;

use super::front::{Front, payment};
use crate::{
    kit::{HOUR, new_contract},
    phone::Phone,
};

#[tokio::test]
async fn a_release_is_on_the_list_until_its_phone_confirms() {
    let front = Front::new().await;
    let unit = front.house.sign(new_contract("EX-1", 1)).await;
    front.house.sign(new_contract("EX-2", 2)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&front.house, unit).await;
    for (id, reference) in [("T-1", "EX-1"), ("T-2", "EX-2")] {
        front.post(Payments, "/v1/payments", &payment(id, reference, "3000.00")).await;
    }
    front.house.clock.pass(30 * HOUR);
    let path = "/v1/releases/unconfirmed";
    let list = front.get(Operator, path).await;
    let items = list.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "the other one has no phone: {}", list.text);
    assert_eq!((&items[0]["reference"], &items[0]["hours"]), (&"EX-1".into(), &30.into()));
    let waiting = front.house.app.watch_releases().await.unwrap();
    assert_eq!(waiting.releases, 1);
    let text = front.house.app.metrics.text(&front.house.app);
    assert!(text.contains("quittance_releases_unconfirmed 1"), "{text}");
    phone.check_in(&front.house.app).await;
    assert!(phone.agent.is_released());
    assert_eq!(front.get(Operator, path).await.json["items"].as_array().unwrap().len(), 0);
    assert_eq!(front.house.app.watch_releases().await.unwrap(), Waiting::default());
}
