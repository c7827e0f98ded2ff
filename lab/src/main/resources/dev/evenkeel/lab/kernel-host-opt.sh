#!/bin/sh
# Makes the file system that full-kernel hosts see at /opt/evenkeel, in a mount and network namespace of its own:
#   kernel-host-opt.sh LOWER IMAGE JAVA_OPTIONS AGENT_JAR NAME=DIRECTORY…
# LOWER is the Debian trees that are a host's root, colon-separated. A part without a directory is left empty. Where
# there is an agent, its start is rehearsed once with these options, which let the JVM write down what it loads.
set -eu
lower=$1 image=$2 options=$3 agent=$4
shift 4
root=$image.root opt=$image.root/opt/evenkeel
mkdir "$root"
mount -t overlay -o "lowerdir=$lower" opt "$root"
mount -t tmpfs -o mode=755 opt "$opt"
for part in "$@"; do
    mkdir "$opt/${part%%=*}"
    if [ -n "${part#*=}" ]; then mount --bind "${part#*=}" "$opt/${part%%=*}"; fi
done

mount -t tmpfs tmp "$root/tmp"
mkdir "$root/tmp/rehearsal"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 devices "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
if [ -n "$agent" ]; then
    # Where this fails, the hosts' agents start more slowly.
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8 chroot "$root" /opt/evenkeel/jdk/bin/java $options \
        -cp "$agent" dev.evenkeel.agent.Rehearsal /tmp/rehearsal >"$image.log" 2>&1 || true
fi

# By the hosts' own tool, for the machine may have none.
rm -f "$image"
library=$root/usr/lib/x86_64-linux-gnu
MKE2FS_CONFIG=$root/etc/mke2fs.conf "$library/ld-linux-x86-64.so.2" --library-path "$library" "$root/sbin/mke2fs" \
    -q -t ext4 -b 4096 -m 0 -O '^has_journal' -E lazy_itable_init=0 -d "$opt" "$image" 1G
umount -l "$root"
rmdir "$root"
