-- What was said of VMs beside their metadata. A row whose settings were all taken back stays, so that servers that read what
-- has changed see it.
CREATE TABLE owner_settings (
  vm text PRIMARY KEY,
  settings jsonb NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  changed_by text NOT NULL
);
CREATE INDEX owner_settings_changed ON owner_settings (changed_at);
