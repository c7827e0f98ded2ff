#!/bin/sh
# First process of a lab host, in its own network, mount, UTS, IPC and PID namespace, still on the machine's root.
# Makes the host's root (the shared, read-only Debian tree under the host's own tmpfs), moves into it and hands
# over to host-init.sh, which stays process 1. The lab gives, as environment:
#   EK_NAME EK_ADDRESS EK_NET (first three octets) EK_UUID EK_MACHINE_ID   who this host is
#   EK_LOWER EK_DISK                        the Debian tree; the directory that is this host's disk
#   EK_GUEST EK_JDK EK_LIB                  read-only trees shown under /opt/evenkeel (JDK and LIB may be empty)
#   EK_SHELF                                a directory on the machine's own disk, /opt/evenkeel/shelf here
#   EK_SCRIPTS                              the directory of host-config.sh, which takes EK_TCP too, and host-init.sh
set -eu
root=$EK_DISK/root
mount -t overlay -o "lowerdir=$EK_LOWER,upperdir=$EK_DISK/upper,workdir=$EK_DISK/work" "lab-$EK_NAME" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"

# Only what QEMU and libvirt need. No kvm: guests here are emulated, and must not find out otherwise halfway.
mount -t tmpfs -o mode=755 devices "$root/dev"
mkdir -p "$root/dev/net" "$root/dev/pts" "$root/dev/shm"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/full" c 1 7
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
mknod -m 666 "$root/dev/tty" c 5 0
mknod -m 666 "$root/dev/net/tun" c 10 200
uffd=$(while read -r minor name; do if [ "$name" = userfaultfd ]; then echo "$minor"; fi; done </proc/misc)
if [ -n "$uffd" ]; then mknod -m 600 "$root/dev/userfaultfd" c 10 "$uffd"; fi
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mount -t tmpfs shm "$root/dev/shm"
mount -t tmpfs -o mode=755 run "$root/run"
mkdir -p "$root/run/lock" "$root/run/lab" "$root/tmp"

show() { # read-only at /opt/evenkeel/$2
    mkdir -p "$root/opt/evenkeel/$2"
    if [ -z "$1" ]; then return 0; fi
    mount --bind "$1" "$root/opt/evenkeel/$2"
    mount -o remount,bind,ro "$root/opt/evenkeel/$2"
}
show "$EK_GUEST" guest
show "$EK_JDK" jdk
show "$EK_LIB" lib
mkdir -p "$root/opt/evenkeel/shelf"
mount --bind "$EK_SHELF" "$root/opt/evenkeel/shelf"

hostname "$EK_NAME"
EK_MEMORY=/dev/shm
. "$EK_SCRIPTS/host-config.sh"
cat "$EK_SCRIPTS/host-init.sh" >"$root/run/lab/init"

cd "$root"
mkdir -p .machine
pivot_root . .machine
umount -l /.machine
rmdir /.machine
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    setpriv --bounding-set=-sys_module,-sys_boot /bin/sh /run/lab/init </dev/null
