-- VMs that are kept from maintenance. One that has ended by itself goes with the commit of the event that tells of it.
CREATE TABLE exemption (
  id text PRIMARY KEY,
  vm text,
  tenant text,
  from_update text,                  -- null: from all maintenance
  created_at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  reason text NOT NULL,
  created_by text NOT NULL,
  CHECK ((vm IS NULL) <> (tenant IS NULL)),
  CHECK (until > created_at)
);
CREATE INDEX exemption_until ON exemption (until);
-- Of which update's deadline that passed meanwhile people were told.
CREATE TABLE exemption_overdue (
  exemption text NOT NULL REFERENCES exemption (id) ON DELETE CASCADE,
  overdue text NOT NULL,             -- the update's id
  PRIMARY KEY (exemption, overdue)
);
