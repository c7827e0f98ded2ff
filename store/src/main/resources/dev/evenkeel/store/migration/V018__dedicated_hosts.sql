-- The only tenant whose VMs are to be on a host; null where everybody's may.
ALTER TABLE host ADD COLUMN dedicated_to text;
