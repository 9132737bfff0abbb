//! A held request: a check-in that is answered as soon as there is something new.

use std::time::Duration;

use protocol::{
    Kind,
    check_in::CheckIn,
    cose::Sign1,
    reply::{Reply, ReplyKind},
};

use super::{
    App,
    check_in::{Heard, enrolment_of},
    enrol_device::malformed,
};
use crate::error::Error;

impl App {
    /// Answers a wait: at once if the device lacks something, else when its contract changes, when
    /// the hold is over, when too many wait, or when the server stops.
    pub async fn wait(&self, signed: &[u8]) -> Result<Reply, Error> {
        let sign1 = Sign1::parse(signed).map_err(malformed)?;
        let message: CheckIn = sign1.decode().map_err(malformed)?;
        let unit = self.unit_of_enrolment(&message.enrolment.0).await?;
        // Registered before the version is read, so that no change falls between the two.
        let mut waiter = self.wake.register(unit);
        let mut heard = self.hear(signed, Kind::Wait).await?;
        heard = self.take_in(heard).await?;
        let Ok(_seat) = self.waits.try_acquire() else {
            return self.answer(&heard);
        };
        // A device that reports something waits for the word that it was heard.
        let asked = message.hold_max_s.filter(|_| message.events.is_empty()).unwrap_or(0);
        let hold = u64::from(asked.min(self.pace.hold_max_s));
        let over = tokio::time::sleep(Duration::from_secs(hold));
        tokio::pin!(over);
        let mut stopping = self.stopping.subscribe();
        loop {
            let reply = self.answer(&heard)?;
            if reply.kind != ReplyKind::Unchanged || hold == 0 || *stopping.borrow_and_update() {
                return Ok(reply);
            }
            tokio::select! {
                () = waiter.rung() => heard = self.again(heard).await?,
                () = &mut over => return self.answer(&heard),
                _ = stopping.changed() => return self.answer(&heard),
            }
        }
    }

    async fn again(&self, heard: Heard) -> Result<Heard, Error> {
        let loaded = self.load_contract(heard.loaded.row.unit).await?;
        let loaded = loaded.ok_or(Error::NotFound("contract"))?;
        // What is on its way to another lender rings again once it is there.
        if self.is_on_the_way(&loaded.contract).await? {
            return Ok(heard);
        }
        let Heard { message, received, .. } = heard;
        enrolment_of(&loaded.contract, &message.enrolment)?;
        Ok(Heard { loaded, message, received })
    }

    /// Ends all held requests and holds no further ones.
    pub fn stop_waiting(&self) {
        self.stopping.send_replace(true);
    }
}
