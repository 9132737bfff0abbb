//! What happens to money when nobody looks: the bank books a day and sends its files, sometimes
//! late or twice; by day a clerk works the list of money that nobody could place.

use server::{Error, app::post_payment::payment_unit};

use super::{World, WorldError};
use crate::{
    rail::{Call, MOBILE},
    world::Scene,
};

impl World {
    /// The bank books the day that is over and sends its files, unless they are late.
    pub(super) async fn night(&mut self, surely: bool) -> Result<(), WorldError> {
        let scene = self.scene.clone();
        let faults = scene.setup.faults;
        let day = self.day;
        scene.bank().close(day.saturating_sub(1));
        if self.nights.happens(faults.late_file) && !surely {
            self.seen.doors.files_late += 1;
            return Ok(());
        }
        let begins = scene.bank().told_through();
        let overlaps = u32::from(self.nights.happens(faults.late_file * 2));
        let from = begins.saturating_sub(overlaps);
        let twice = self.nights.happens(faults.tell_twice);
        let files = {
            let bank = scene.bank();
            let now = scene.now();
            [
                bank.statement(from, day, now, |account| account != MOBILE),
                bank.statement(from, day, now, |account| account == MOBILE),
            ]
        };
        let [transfers, wallet] = files;
        let files = [
            (transfers, "/v1/statements?format=camt053".to_owned()),
            (wallet, format!("/v1/statements?format=camt053&provider={MOBILE}")),
        ];
        let mut sending = Vec::new();
        for (text, path) in files {
            if let Some(text) = text {
                sending.push(send(&scene, path, text, twice));
            }
        }
        for sent in futures_util::future::join_all(sending).await {
            self.seen.doors.files += 1;
            self.seen.files_repeated += u64::from(sent?);
        }
        scene.bank().told(day);
        Ok(())
    }

    /// The clerk gives money in suspense to the contracts that its payers meant.
    pub(super) async fn clerk(&mut self) -> Result<(), WorldError> {
        let scene = self.scene.clone();
        let list = scene.till.get("/v1/suspense?limit=1000").await?;
        for item in list.json["items"].as_array().into_iter().flatten() {
            let (provider, id) = (&item["payment"]["provider"], &item["payment"]["provider_id"]);
            let key = payment_unit(
                scene.house.tenant,
                provider.as_str().unwrap_or_default(),
                id.as_str().unwrap_or_default(),
            );
            let Some(reference) = scene.desk().get(&key).cloned() else { continue };
            let path = format!(
                "/v1/suspense/{}/match",
                item["payment"]["id"].as_str().unwrap_or_default()
            );
            let body = serde_json::json!({ "reference": reference, "reason": "asked the payer" });
            let body = body.to_string().into_bytes();
            let headers = vec![("content-type", "application/json".to_owned())];
            let said = scene.till.post(Call { path, headers, body }).await?;
            self.seen.doors.matched += u64::from(said.json["status"] == "applied");
        }
        Ok(())
    }
}

/// Sends a file, perhaps twice; whether it was known the second time.
async fn send(scene: &Scene, path: String, text: String, twice: bool) -> Result<bool, Error> {
    let headers = vec![("content-type", "application/xml".to_owned())];
    let call = Call { path, headers, body: text.into_bytes() };
    let first = scene.till.post(call.clone()).await?;
    if !first.is_good() || first.json["refused"] != 0 {
        return Err(Error::Fault(format!("the file was refused: {}", first.json)));
    }
    if twice {
        let again = scene.till.post(call).await?;
        return Ok(again.status == 200);
    }
    Ok(false)
}
