#!/usr/bin/busybox sh
# Process 1 of a full-kernel host once it is on its disk: mounts, cables, the memory that outlives a kernel, a way in;
# then hands over to host-init.sh, which is process 1 of every lab host. After a kexec VMs stand still until this is
# through: it is busybox's shell, whose commands are no programs to start, and what can go on beside it does.
# /run/lab/boot tells how long after the kernel's start each step was reached, in seconds.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
export PATH HOME LANG
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mkdir -p /dev/pts /dev/shm
mount -t devpts -o ptmxmode=0666,mode=620 devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/lock /run/lab /run/sshd
reached() {
    read -r up idle </proc/uptime
    echo "$up $*" >>/run/lab/boot
}
reached disk
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr
modprobe qemu_fw_cfg
given=/sys/firmware/qemu_fw_cfg/by_name/opt/evenkeel
. $given/settings/raw
hostname "$EK_NAME"

# Made once, when its memory is still blank: after a kexec, or a reset, it holds the memory of VMs.
keep() {
    modprobe -a nd_e820 nd_pmem
    mkdir -p "$EK_MEMORY"
    magic=$(dd if=/dev/pmem0 bs=1 skip=1080 count=2 2>/dev/null | od -An -tx2 | tr -d ' ')
    if [ "$magic" = 0000 ]; then mkfs.ext4 -q -b 4096 -m 0 -O ^has_journal /dev/pmem0; fi
    mount -t ext4 -o dax=always,noatime /dev/pmem0 "$EK_MEMORY"
    reached memory
}
keep &
kept=$!

modprobe -a virtio_net bridge tun
/sbin/ip -batch - <<END_OF_LINKS
link set lo up
link set eth0 name m0
link set eth1 name u0
link set eth2 name in0
addr add $EK_ADDRESS/24 dev m0
addr add 169.254.7.2/30 dev in0
link add br0 type bridge
link set u0 master br0
link set in0 up
link set m0 up
link set u0 up
link set br0 up
END_OF_LINKS
reached network

let_in() {
    modprobe virtio_rng
    mkdir -p /root/.ssh
    chmod 700 /root /root/.ssh
    cat $given/key/raw >/root/.ssh/authorized_keys
    (umask 077 && cat $given/host-key/raw >/run/sshd/key)
    /usr/sbin/sshd -o ListenAddress=169.254.7.2 -o HostKey=/run/sshd/key -o UsePAM=no -o UseDNS=no \
        -o PasswordAuthentication=no -o MaxSessions=100
    reached ssh
}
let_in &

root=
. /opt/evenkeel/boot/host-config.sh
wait "$kept"
exec busybox sh /opt/evenkeel/boot/host-init.sh </dev/null
