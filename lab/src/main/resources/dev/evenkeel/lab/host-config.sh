# Writes what a lab host's daemons read, on the tree $root; sourced by what starts a host of either kind.
#   EK_NAME EK_ADDRESS EK_NET (first three octets) EK_UUID EK_MACHINE_ID   who the host is
#   EK_TCP                                  1: libvirtd also listens without encryption on 16509
#   EK_MEMORY                               the directory whose files are the memory of VMs that share it
echo "$EK_NAME" >"$root/etc/hostname"
echo "$EK_MACHINE_ID" >"$root/etc/machine-id"
{
    echo 127.0.0.1 localhost
    echo "$EK_NET.1 ctl"
    n=1
    while [ $n -le 60 ]; do
        echo "$EK_NET.$((10 + n)) h$n"
        n=$((n + 1))
    done
} >"$root/etc/hosts"

mkdir -p "$root/etc/libvirt/qemu" "$root/etc/libvirt/storage/autostart" "$root/var/lib/libvirt/images" \
    "$root/var/log/libvirt/qemu" "$root/var/lib/evenkeel"
cat >"$root/etc/libvirt/libvirtd.conf" <<END
listen_tls = 0
listen_tcp = $EK_TCP
listen_addr = "$EK_ADDRESS"
tls_port = "16514"
tcp_port = "16509"
auth_tcp = "none"
auth_unix_rw = "none"
auth_unix_ro = "none"
host_uuid = "$EK_UUID"
keepalive_interval = 3
keepalive_count = 5
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
END
cat >"$root/etc/libvirt/qemu.conf" <<END
security_driver = "none"
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
memory_backing_dir = "$EK_MEMORY"
migration_address = "$EK_ADDRESS"
migration_host = "$EK_ADDRESS"
migration_port_min = 49152
migration_port_max = 49215
keepalive_interval = 3
keepalive_count = 5
END
cat >"$root/etc/libvirt/storage/default.xml" <<END
<pool type='dir'><name>default</name><target><path>/var/lib/libvirt/images</path></target></pool>
END
ln -sf ../default.xml "$root/etc/libvirt/storage/autostart/default.xml"
