-- Tokens for people and programs, by the SHA-256 of their secret.
CREATE TABLE api_token (
  id text PRIMARY KEY,
  name text NOT NULL,
  role text NOT NULL,                -- in the words of the API
  tenants jsonb NOT NULL,            -- names; empty but for the role of a tenant
  secret_sha256 text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  expires_at timestamptz NOT NULL
);
-- Secrets that all servers on this database share.
CREATE TABLE shared_secret (
  name text PRIMARY KEY,
  secret bytea NOT NULL
);
