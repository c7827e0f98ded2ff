#!/bin/sh
# What full-kernel hosts have in place of initramfs-tools, whose initrds take minutes under emulation: called by kernel
# packages as a hook (etc/kernel/postinst.d, postrm.d) with a kernel's version, it makes or removes that kernel's initrd.
set -eu
version=$1
image=/boot/initrd.img-$version
case $0 in */postrm.d/*)
    rm -f "$image"
    exit 0
    ;;
esac
initrd=$(mktemp -d)
trap 'rm -rf "$initrd"' EXIT
mkdir "$initrd/bin" "$initrd/modules" "$initrd/proc" "$initrd/dev" "$initrd/disk"
cp /usr/share/evenkeel-lab/init "$initrd/init"
cp /usr/bin/busybox "$initrd/bin/busybox"
for applet in sh mount umount insmod usleep switch_root; do ln -s busybox "$initrd/bin/$applet"; done
# All that these need; a module that is not there is built in.
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
    find "/lib/modules/$version/kernel" -name "$module.ko" -exec cp '{}' "$initrd/modules/" ';'
done
(cd "$initrd" && find . | busybox cpio -o -H newc) >"$image.new" 2>/dev/null
mv "$image.new" "$image"
