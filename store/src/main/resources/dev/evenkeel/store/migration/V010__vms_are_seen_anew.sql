-- What was seen of VMs before their ties were looked at; agents tell all of it anew when they call.
UPDATE host SET vms = '[]';
