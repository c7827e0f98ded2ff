-- Every order, who gave it and why. Rows are only added; each holds the digest of itself and the one before, and the head
-- holds the last, so that a row that was changed, taken out or cut off at the end shows.
CREATE TABLE audit (
  sequence bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  why text NOT NULL,
  detail jsonb NOT NULL,             -- names and values, all text
  hash text NOT NULL                 -- SHA-256, hex
);
CREATE INDEX audit_subject ON audit (subject, sequence);

CREATE TABLE audit_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  sequence bigint NOT NULL,
  hash text NOT NULL
);
INSERT INTO audit_head (sequence, hash) VALUES (0, '');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is only added to';
END $$;
CREATE TRIGGER audit_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION refuse_change();
