-- The directory of all tenants is read at every start: a handful of units among millions. The kind is
-- that of a directory entry.
CREATE INDEX unit_directory ON unit (unit) WHERE kind = 4;
