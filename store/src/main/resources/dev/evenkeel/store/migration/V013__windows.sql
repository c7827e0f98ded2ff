-- Maintenance configurations, as their owners wrote them.
CREATE TABLE maintenance_window (
  id text PRIMARY KEY,
  tenant text,                       -- null: the region's
  name text NOT NULL,
  draft jsonb NOT NULL,              -- the fields, each as text
  created_at timestamptz NOT NULL,
  created_by text NOT NULL
);
CREATE UNIQUE INDEX maintenance_window_name ON maintenance_window (coalesce(tenant, ''), name);
-- What they are assigned to: one VM, one host, or all VMs of which the rest holds.
CREATE TABLE window_assignment (
  id text PRIMARY KEY,
  configuration text NOT NULL REFERENCES maintenance_window (id),
  vm text,
  host text,
  tenant text,
  availability_set text,
  name text,                         -- with * and ?
  CHECK (CASE WHEN vm IS NOT NULL THEN host IS NULL AND coalesce(tenant, availability_set, name) IS NULL
              WHEN host IS NOT NULL THEN coalesce(tenant, availability_set, name) IS NULL
              ELSE coalesce(tenant, availability_set, name) IS NOT NULL END)
);
CREATE UNIQUE INDEX window_assignment_once ON window_assignment (
  configuration, coalesce(vm, ''), coalesce(host, ''), coalesce(tenant, ''), coalesce(availability_set, ''),
  coalesce(name, '')
);
