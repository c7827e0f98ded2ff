-- Hosts that joined. Heartbeats are never written; what a host last told is, when it changed, so that a server that
-- starts knows the fleet before the agents call.
CREATE TABLE host (
  id text PRIMARY KEY,
  topology jsonb NOT NULL,
  cordoned boolean NOT NULL DEFAULT false,
  cordon_reason text,
  facts jsonb,                       -- null: joined and not yet heard of
  vms jsonb NOT NULL DEFAULT '[]',
  observed_at timestamptz
);
-- The catalogue. A manifest never changes and is never forgotten.
CREATE TABLE update (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,  -- order of publishing
  published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  manifest jsonb NOT NULL
);
-- Tokens with which hosts join, by the SHA-256 of their secret. A used one is kept until it has run out, so that the very
-- same host may repeat a join whose answer got lost.
CREATE TABLE join_token (
  secret_sha256 text PRIMARY KEY,
  host text,                         -- null: any host
  expires_at timestamptz NOT NULL,
  used_by text,                      -- host
  used_key text                      -- SHA-256 of that host's public key
);
-- Answers to orders that came with an idempotency key.
CREATE TABLE answer (
  owner text NOT NULL,
  key text NOT NULL,
  request text NOT NULL,             -- SHA-256 of method, path and body
  claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  status integer,                    -- null: under way
  headers jsonb,
  body bytea,
  PRIMARY KEY (owner, key)
);
-- What observers outside measured of VMs.
CREATE TABLE observation (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  vm text NOT NULL,
  seen_from timestamptz NOT NULL,
  seen_to timestamptz NOT NULL CHECK (seen_to >= seen_from),
  observation jsonb NOT NULL
);
CREATE INDEX observation_vm ON observation (vm, seen_from);
