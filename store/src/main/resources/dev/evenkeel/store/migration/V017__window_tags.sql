-- A filter also says which tags a VM has.
ALTER TABLE window_assignment ADD COLUMN tags jsonb NOT NULL DEFAULT '{}';
ALTER TABLE window_assignment DROP CONSTRAINT window_assignment_check;
ALTER TABLE window_assignment ADD CONSTRAINT window_assignment_check CHECK (
  CASE WHEN vm IS NOT NULL THEN host IS NULL AND coalesce(tenant, availability_set, name) IS NULL AND tags = '{}'
       WHEN host IS NOT NULL THEN coalesce(tenant, availability_set, name) IS NULL AND tags = '{}'
       ELSE coalesce(tenant, availability_set, name) IS NOT NULL OR tags <> '{}' END
);
DROP INDEX window_assignment_once;
CREATE UNIQUE INDEX window_assignment_once ON window_assignment (
  configuration, coalesce(vm, ''), coalesce(host, ''), coalesce(tenant, ''), coalesce(availability_set, ''),
  coalesce(name, ''), tags
);
