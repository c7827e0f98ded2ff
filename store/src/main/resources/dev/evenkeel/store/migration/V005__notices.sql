-- The outbox: what people are told, numbered without gaps in the order of commits, so that a reader who has seen
-- number n has seen everything before it. The counter's row lock, held to the end of the commit, is what orders them.
CREATE TABLE notice_counter (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last bigint NOT NULL
);
INSERT INTO notice_counter (last) VALUES (0);

CREATE TABLE notice (
  sequence bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  run text NOT NULL,
  notice jsonb NOT NULL
);
