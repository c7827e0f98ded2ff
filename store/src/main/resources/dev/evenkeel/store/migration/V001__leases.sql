-- Who may commit the runs of which shard. The database's clock decides; every change of holder raises the epoch.
CREATE TABLE lease (
  shard text PRIMARY KEY,
  holder text,                       -- null: given back
  epoch bigint NOT NULL CHECK (epoch > 0),
  expires_at timestamptz NOT NULL
);
