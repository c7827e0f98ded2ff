-- Scheduled events as they were last told outside of VMs, and every change of one for its VM's owner. Changes are numbered
-- without gaps in the order of commits, so that a reader who has seen number n has seen everything before it.
CREATE TABLE scheduled_event_counter (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last bigint NOT NULL
);
INSERT INTO scheduled_event_counter (last) VALUES (0);

CREATE TABLE scheduled_event (
  id text PRIMARY KEY,               -- a row goes when the event is over
  shard text NOT NULL,
  body text NOT NULL                 -- as the API shows it
);

CREATE TABLE scheduled_event_change (
  sequence bigint PRIMARY KEY,
  id text NOT NULL UNIQUE,           -- what receivers know it by
  at timestamptz NOT NULL,
  type text NOT NULL,                -- in the words of the API
  event text NOT NULL,
  vm text NOT NULL,
  tenant text NOT NULL,              -- whose the VM was then
  body text NOT NULL                 -- the event after the change
);
CREATE INDEX scheduled_event_change_at ON scheduled_event_change (at);

CREATE TABLE webhook (
  id text PRIMARY KEY,
  tenant text,                       -- null: all tenants' events
  url text NOT NULL,
  types jsonb NOT NULL,              -- empty: all
  secret text NOT NULL,              -- whsec_ and base64; what is signed needs the secret itself
  enabled boolean NOT NULL,
  disabled_why text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  seen bigint NOT NULL,              -- the last change of which deliveries were made
  numbered bigint NOT NULL DEFAULT 0,
  served_at timestamptz NOT NULL DEFAULT '-infinity',
  holder text,                       -- which server delivers to it just now
  held_until timestamptz NOT NULL DEFAULT '-infinity'
);

CREATE TABLE webhook_delivery (
  webhook text NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  number bigint NOT NULL,            -- from 1 for each webhook, in the order of changes
  id text NOT NULL,                  -- of the change; the same with each attempt
  type text NOT NULL,
  event text,                        -- deliveries of one event do not overtake each other; null: of none
  body text NOT NULL,                -- what is sent and signed
  state text NOT NULL CHECK (state IN ('WAITING', 'DELIVERED', 'DEAD')),
  attempts int NOT NULL DEFAULT 0,
  status int,                        -- the last answer's, null without one
  answer text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  tried_at timestamptz,
  next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  settled_at timestamptz,
  PRIMARY KEY (webhook, number),
  UNIQUE (webhook, id)
);
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (webhook, next_at, number) WHERE state = 'WAITING';
CREATE INDEX webhook_delivery_event ON webhook_delivery (webhook, event, number) WHERE state = 'WAITING';
CREATE INDEX webhook_delivery_settled ON webhook_delivery (settled_at) WHERE state <> 'WAITING';
