//! Signing a contract: terms, device, borrower and consent become one unit.

use domain::{Actor, Contract, Imei, Moment, TenantId, Terms, UnitId, fact, fact::Consent};
use store::{Item, Outcome, Personal};

use super::{
    App,
    change::{self, Changed},
};
use crate::{crypto::sha256, error::Error};

/// Longest name or phone of a borrower, bytes.
const PERSONAL_MAX: usize = 200;

/// What is signed.
#[derive(Clone)]
pub struct NewContract {
    /// The lender's own name for it, unique per tenant.
    pub reference: String,
    /// The device's IMEIs, primary first; one or two.
    pub imeis: Vec<Imei>,
    /// Money and calendar.
    pub terms: Terms,
    /// Programme id; its version in force is pinned.
    pub programme: String,
    /// Borrower's name.
    pub borrower_name: String,
    /// Borrower's phone.
    pub borrower_phone: String,
    /// Borrower's mail address.
    pub borrower_email: String,
    /// Consent, if on record.
    pub consent: Option<Consent>,
}

impl NewContract {
    /// What a row of a lender's book asks for.
    pub fn of_row(row: formats::book::ContractRow) -> NewContract {
        NewContract {
            reference: row.reference,
            imeis: vec![row.imei],
            terms: row.terms,
            programme: row.programme,
            borrower_name: row.borrower_name,
            borrower_phone: row.borrower_phone,
            borrower_email: row.borrower_email,
            consent: row.consent,
        }
    }
}

/// Who borrows does not belong in a log.
impl std::fmt::Debug for NewContract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut new = f.debug_struct("NewContract");
        new.field("reference", &self.reference).field("imeis", &self.imeis);
        new.field("programme", &self.programme).finish_non_exhaustive()
    }
}

/// A contract ready to be committed for the first time.
struct Made {
    item: Item,
    contract: Contract,
}

impl App {
    /// Signs one contract. Signing the same again answers the same.
    pub async fn sign_contract(
        &self,
        tenant: TenantId,
        new: NewContract,
        actor: Actor,
    ) -> Result<Changed, Error> {
        let mut answers = self.sign_contracts(tenant, vec![new], &actor).await?;
        answers.pop().unwrap_or_else(|| Err(Error::Fault("no answer".into())))
    }

    /// Signs many contracts, each with its own answer.
    pub async fn sign_contracts(
        &self,
        tenant: TenantId,
        many: Vec<NewContract>,
        actor: &Actor,
    ) -> Result<Vec<Result<Changed, Error>>, Error> {
        let now = self.now();
        let mut answers = Vec::with_capacity(many.len());
        let mut items = Vec::new();
        let mut waiting = Vec::new();
        for new in many {
            match self.make(tenant, &new, actor.clone(), now).await {
                Ok(made) => {
                    answers.push(None);
                    waiting.push((answers.len() - 1, made.contract, new));
                    items.push(made.item);
                }
                Err(error) => answers.push(Some(Err(error))),
            }
        }
        let outcomes = self.store.commit(items).await?;
        for (outcome, (index, contract, new)) in outcomes.into_iter().zip(waiting) {
            answers[index] = Some(self.signed(tenant, outcome, contract, &new).await);
        }
        let missing = || Err(Error::Fault("the store answered too little".into()));
        Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(missing)).collect())
    }

    /// Whether signing this would be a repeat; what it would be refused with otherwise. Changes
    /// nothing.
    pub async fn would_sign(&self, tenant: TenantId, new: &NewContract) -> Result<bool, Error> {
        if self.signed_before(tenant, new).await?.is_some() {
            return Ok(true);
        }
        let made = self.make(tenant, new, Actor::Time, self.now()).await?;
        for name in made.item.reserve {
            if let Some(owner) = self.owner(name.clone()).await? {
                return Err(change::refused_by(&store::Conflict::Taken(name, owner)));
            }
        }
        Ok(false)
    }

    async fn make(
        &self,
        tenant: TenantId,
        new: &NewContract,
        actor: Actor,
        now: Moment,
    ) -> Result<Made, Error> {
        let programme = self.directory.programme_in_force(tenant, &new.programme)?;
        let packs = self.directory.packs_in_force(tenant, &programme, new.terms.zone().day(now))?;
        let ladder = self.directory.ladder(tenant, &programme, &packs)?;
        check_imeis(&new.imeis)?;
        check_people(&new.borrower_name, &new.borrower_phone)?;
        check_people("", &new.borrower_email)?;
        let imeis = self.all_imeis(tenant, &new.imeis).await?;
        let hashes: Vec<String> = imeis.iter().map(|imei| self.imei_hash(imei)).collect();
        let signed = fact::Signed {
            reference: new.reference.clone(),
            terms: new.terms.clone(),
            terms_hash: Some(formats::terms_hash(&new.terms)),
            late_fee: ladder.late_fee.filter(|_| new.terms.bears_late_fees()),
            programme,
            packs,
            imeis: hashes,
            consent: new.consent.clone(),
            sunset: domain::sunset::agreed(&new.terms, ladder.sunset_days, now),
        };
        let fact = domain::sign(signed.clone(), &ladder, actor, now)?;
        let unit = UnitId::of(self.new_id());
        let mut contract = Contract::sign(unit, tenant, now, signed);
        // A book that is taken over was agreed on other papers: a consent may name no text here.
        if let Some(consent) = new.consent.as_ref().filter(|consent| consent.told.is_some()) {
            self.check_told(&contract, &ladder, consent)?;
        }
        // The unit is fresh each time: a repeat shows as a name that is taken by its twin.
        let (key, hash) = (unit.bytes(), sha256(&[&unit.bytes()]));
        let command = store::Command { key, hash, name: "sign_contract" };
        let mut item = self.begin_contract(&mut contract, &ladder, fact, command).await?;
        item.personal = personal(new, &imeis);
        Ok(Made { item, contract })
    }

    /// The IMEIs of the financed handset: a second one that the contract does not name comes from
    /// the inventory, so that the phone is known by either and financed once.
    async fn all_imeis(&self, tenant: TenantId, named: &[Imei]) -> Result<Vec<Imei>, Error> {
        match named {
            [only] => self.handset(tenant, *only).await,
            _ => Ok(named.to_vec()),
        }
    }

    async fn signed(
        &self,
        tenant: TenantId,
        outcome: Outcome,
        contract: Contract,
        new: &NewContract,
    ) -> Result<Changed, Error> {
        match outcome {
            Outcome::Done(version) => {
                let ladder = self.ladder_of(tenant, &contract)?;
                Ok(Changed { contract, version, ladder, repeated: false })
            }
            Outcome::Repeat(_) => self.signed_before(tenant, new).await?.ok_or(Error::Busy),
            Outcome::Conflict(conflict) => match self.signed_before(tenant, new).await? {
                Some(twin) => Ok(twin),
                None => Err(change::refused_by(&conflict)),
            },
        }
    }

    /// The contract of this reference, if it was signed with exactly this content.
    async fn signed_before(
        &self,
        tenant: TenantId,
        new: &NewContract,
    ) -> Result<Option<Changed>, Error> {
        let Some(unit) = self.by_reference(tenant, &new.reference).await? else {
            return Ok(None);
        };
        let Some(loaded) = self.load_contract(unit).await? else {
            return Ok(None);
        };
        let hashes: Vec<String> = new.imeis.iter().map(|imei| self.imei_hash(imei)).collect();
        let signed = &loaded.contract.signed;
        let same = signed.terms == new.terms
            && signed.imeis.first() == hashes.first()
            && hashes.iter().all(|hash| signed.imeis.contains(hash))
            && signed.programme.0 == new.programme
            && signed.consent == new.consent;
        let (contract, ladder) = (loaded.contract, loaded.ladder);
        let version = loaded.row.version;
        Ok(same.then_some(Changed { contract, version, ladder, repeated: true }))
    }
}

fn check_imeis(imeis: &[Imei]) -> Result<(), Error> {
    if imeis.is_empty() || imeis.len() > 2 {
        return Err(Error::refused("bad_imei", "imei: one or two per contract"));
    }
    if imeis.len() == 2 && imeis[0] == imeis[1] {
        return Err(Error::refused("bad_imei", "imei2: must differ from imei"));
    }
    Ok(())
}

/// A borrower's name and phone are kept as they are told, up to a length.
pub(super) fn check_people(name: &str, phone: &str) -> Result<(), Error> {
    let fits = |text: &str| text.len() <= PERSONAL_MAX && !text.contains('\0');
    if fits(name) && fits(phone) {
        return Ok(());
    }
    let detail = format!("borrower_name and borrower_phone: at most {PERSONAL_MAX} bytes each");
    Err(Error::refused("bad_text", detail))
}

fn personal(new: &NewContract, imeis: &[Imei]) -> Vec<Personal> {
    let imeis: Vec<String> = imeis.iter().map(Imei::with_check_digit).collect();
    let fields = [
        ("borrower_name", new.borrower_name.clone()),
        ("borrower_phone", new.borrower_phone.clone()),
        ("borrower_email", new.borrower_email.clone()),
        ("imei", imeis.join(" ")),
    ];
    let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
    given.map(|(field, value)| Personal { field, value }).collect()
}
