-- What VMs are told inside: their scheduled events, and those that are over. A VM that was never told anything has no row.
CREATE TABLE vm_document (
  vm text PRIMARY KEY,
  incarnation bigint NOT NULL,       -- up by one with every change of the events, wherever the VM is
  document jsonb NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
