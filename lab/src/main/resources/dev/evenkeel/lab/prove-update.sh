#!/bin/sh
# Tries an update on a host root before any host gets it: installs it, sees what runs, undoes it, sees what runs.
# To be called in mount, PID, network, IPC and UTS namespaces of its own, so that nothing of it is left:
#   prove-update.sh ROOT WORK WANTED   ROOT stays as it is; WORK is an empty directory; WANTED is QEMU's new version
# WORK.in holds: packages/ and previous/ (what the manifest names), new (names of packages that were not there before)
# Prints "applied SECONDS" and "undone SECONDS". The dpkg calls are those of the agent.
set -eu
lower=$1 work=$2 wanted=$3 given=$2.in
mount -t tmpfs proof "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay -o "lowerdir=$lower,upperdir=$work/upper,workdir=$work/work" proof "$work/root"
root=$work/root
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs devices "$root/dev"
for d in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "$root/dev/${d%:*}" c 1 "${d#*:}"; done
mkdir "$root/dev/pts" "$root/dev/shm" "$root/mnt/in"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs run "$root/run"
mount --bind "$given" "$root/mnt/in"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
printf 'security_driver = "none"\nuser = "root"\ngroup = "root"\ncgroup_controllers = []\nnamespaces = []\n%s\n' \
    'stdio_handler = "file"' >"$root/etc/libvirt/qemu.conf"

inside() {
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root \
        DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true chroot "$root" "$@"
}
logged() { # a command whose output matters only when it fails
    if ! inside "$@" >"$work/log" 2>&1; then
        tail -n 20 "$work/log" >&2
        exit 1
    fi
}
installed() { inside dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' | sort; }
install='dpkg --force-confold --force-confdef --force-confmiss --force-downgrade --force-breaks --force-depends
    --auto-deconfigure --install'
sound() { # dpkg is content, and QEMU of version $1 runs under this libvirtd and lets VMs go
    audit=$(inside dpkg --audit)
    if [ -n "$audit" ]; then echo "dpkg --audit: $audit" >&2 && exit 1; fi
    inside qemu-system-x86_64 --version | grep -q "version $1" || {
        echo "QEMU is not $1: $(inside qemu-system-x86_64 --version 2>&1 | head -n 1)" >&2
        exit 1
    }
    mkdir -p "$root/var/log/libvirt" # libvirt 9.0's packages leave it to that of its system service
    inside libvirtd --daemon --pid-file /run/proof.pid
    cat >"$root/run/proof.xml" <<END
<domain type='qemu'><name>proof</name><memory unit='MiB'>16</memory><os><type arch='x86_64'>hvm</type></os>
<devices><controller type='usb' model='none'/><memballoon model='none'/></devices></domain>
END
    logged virsh create --paused /run/proof.xml
    # Saving is a migration into a file: a VM that cannot be saved could never leave this host.
    # (Restoring it is another matter: libvirt 11.3 hands QEMU 11.1 a plain file, which that no longer takes.)
    logged virsh save proof /run/proof.save --paused
    kill "$(cat "$root/run/proof.pid")"
    n=0
    while [ -e "$root/run/proof.pid" ] && [ $n -lt 200 ]; do
        n=$((n + 1))
        sleep 0.05
    done
}
now() { date +%s%N; }
took() { echo "$1 $((($(now) - $2) / 10000000))" | sed 's/\(..\)$/.\1/'; }

before=$(inside qemu-system-x86_64 --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')
installed >"$work/packages-before"
begun=$(now)
logged sh -c "$(echo $install) /mnt/in/packages/*.deb"
took applied "$begun"
sound "$wanted"

begun=$(now)
if [ -s "$given/new" ]; then logged dpkg --force-depends --force-remove-essential --purge $(cat "$given/new"); fi
logged sh -c "$(echo $install) $(cd "$given/previous" && ls | grep -v '^base-files_' | sed 's,^,/mnt/in/previous/,' | tr '\n' ' ')"
took undone "$begun"
sound "$before"
# Debian 13's base-files stays: it owns the links of the merged /usr, and dpkg would delete /bin and /lib with it.
installed >"$work/packages-after"
left=$(diff "$work/packages-before" "$work/packages-after" | grep '^[<>]' | grep -v ' base-files ' || true)
if [ -n "$left" ]; then echo "not as before after the undo: $left" >&2 && exit 1; fi
