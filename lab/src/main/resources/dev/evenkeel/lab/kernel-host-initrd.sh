#!/bin/sh
# /init of a full-kernel host's initrd, whichever kernel boots it: finds the disk and moves onto it.
# What goes wrong here panics the kernel, and the host comes back with the kernel that its hardware starts with.
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
    [ ! -e /modules/$module.ko ] || insmod /modules/$module.ko
done
waited=0
until [ -b /dev/vda ] && [ -b /dev/vdb ] || [ $waited -gt 500 ]; do
    usleep 20000
    waited=$((waited + 1))
done
mount -t ext4 -o noatime /dev/vda /disk && mount -t ext4 -o ro /dev/vdb /disk/opt/evenkeel || exit 1
umount /proc
mount --move /dev /disk/dev
exec switch_root /disk /opt/evenkeel/boot/kernel-host-init.sh
