-- Which commit booked a leg; and every tenant's ledger in time order. Legs are booked as time goes
-- on, so the index grows at its end.
ALTER TABLE ledger ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN command TEXT NOT NULL DEFAULT '';
CREATE INDEX ledger_time ON ledger (tenant, at, unit, entry);
