-- Orders to agents. Outstanding ones (ORDERED, ACKNOWLEDGED) are few; the partial indexes hold only those.
CREATE TABLE effect (
  id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY,         -- order of ordering
  run text NOT NULL REFERENCES run (id),
  shard text NOT NULL,
  agent text NOT NULL,
  status text NOT NULL CHECK (status IN ('ORDERED', 'ACKNOWLEDGED', 'ENDED', 'WITHDRAWN')),
  epoch bigint NOT NULL,             -- of the lease under which it was committed
  ordered_at timestamptz NOT NULL,
  effect jsonb NOT NULL,
  outcome jsonb
);
CREATE INDEX effect_run ON effect (run, sequence);
CREATE INDEX effect_outstanding_shard ON effect (shard, sequence) WHERE status IN ('ORDERED', 'ACKNOWLEDGED');
CREATE INDEX effect_outstanding_agent ON effect (agent, sequence) WHERE status IN ('ORDERED', 'ACKNOWLEDGED');
