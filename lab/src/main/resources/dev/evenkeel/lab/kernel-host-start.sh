#!/bin/sh
# First process of a full-kernel host, in its own network, mount, UTS, IPC and PID namespace, still on the machine's
# root. Lays out what the host is as a computer (a disk, cables, a way in beside the network) on the hosts' own Debian
# tree, whose QEMU it then becomes: that QEMU is the host's hardware, and process 1 here. The lab gives, as environment:
#   EK_LOWER EK_DISK                        the Debian trees, colon-separated; the directory that keeps this host's disk
#   EK_ROOT_IMAGE EK_OPT_IMAGE              file systems: what the host's disk is before it is written to; /opt/evenkeel
#   EK_KERNEL EK_MEMORY_MIB EK_RESERVED     the kernel's version; its memory; the part kept for VMs, as in memmap=
#   EK_MAC                                  the last three octets of its network cards' addresses, but for the last digit
#   EK_SETTINGS                             what kernel-host-init.sh reads, one NAME=VALUE to a line
set -eu
root=$EK_DISK/root
mount -t overlay -o "lowerdir=$EK_LOWER,upperdir=$EK_DISK/upper,workdir=$EK_DISK/work" "lab-$EK_NAME" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 devices "$root/dev"
mkdir -p "$root/dev/net" "$root/dev/pts" "$root/dev/shm"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/urandom" c 1 9
mknod -m 666 "$root/dev/tty" c 5 0
mknod -m 666 "$root/dev/net/tun" c 10 200
mount -t tmpfs -o mode=755 run "$root/run"
mkdir -p "$root/run/lab" "$root/machine" "$root/root/.ssh"
chmod 700 "$root/root" "$root/root/.ssh"
for image in "root $EK_ROOT_IMAGE" "opt $EK_OPT_IMAGE"; do
    : >"$root/machine/${image%% *}.ext4"
    mount --bind "${image#* }" "$root/machine/${image%% *}.ext4"
done

# Commands come in by ssh over a cable that is no part of the fleet's networks, as to a server's service processor.
if [ ! -e "$root/machine/key" ]; then
    for key in key host-key; do chroot "$root" ssh-keygen -q -t ed25519 -N '' -C lab -f "/machine/$key"; done
fi
cat >"$root/root/.ssh/config" <<'END_OF_CONFIG'
Host inside
    HostName 169.254.7.2
    User root
    IdentityFile /machine/key
    UserKnownHostsFile /dev/null
    StrictHostKeyChecking no
    LogLevel ERROR
    ConnectTimeout 10
    ServerAliveInterval 2
    ServerAliveCountMax 5
    ControlMaster auto
    ControlPath /run/lab/ssh
    ControlPersist yes
END_OF_CONFIG
cat >"$root/run/lab/plug" <<'END_OF_PLUG'
#!/bin/sh
# Plugs a network card's cable in: t0 into the switch of the management network, t1 into the guests'.
case $1 in
t2) ip addr add 169.254.7.1/30 dev t2 && ip link set t2 up ;;
*) ip link set "$1" master "s${1#t}" up ;;
esac
END_OF_PLUG
chmod 755 "$root/run/lab/plug"
printf '%s\n' "$EK_SETTINGS" >"$root/machine/settings"
if [ ! -e "$root/machine/disk.qcow2" ]; then
    chroot "$root" qemu-img create -q -f qcow2 -F raw -b /machine/root.ext4 /machine/disk.qcow2
fi

set -- -name "$EK_NAME" -nodefaults -display none -machine pc -accel tcg,thread=multi -cpu max -smp 2 \
    -m "$EK_MEMORY_MIB" -kernel "/boot/vmlinuz-$EK_KERNEL" -initrd "/boot/initrd.img-$EK_KERNEL" \
    -append "console=ttyS0 quiet panic=1 mitigations=off memmap=$EK_RESERVED" \
    -serial file:/machine/console.log -device virtio-rng-pci \
    -drive file=/machine/disk.qcow2,if=virtio,format=qcow2,cache=unsafe \
    -drive file=/machine/opt.ext4,if=virtio,format=raw,readonly=on \
    -fw_cfg name=opt/evenkeel/settings,file=/machine/settings \
    -fw_cfg name=opt/evenkeel/key,file=/machine/key.pub -fw_cfg name=opt/evenkeel/host-key,file=/machine/host-key
for card in 0 1 2; do
    set -- "$@" -netdev "tap,id=n$card,ifname=t$card,script=/run/lab/plug,downscript=no" \
        -device "virtio-net-pci,netdev=n$card,mac=52:54:00:$EK_MAC$card,romfile="
done
: >"$root/run/lab/up"
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    chroot "$root" qemu-system-x86_64 "$@" </dev/null
