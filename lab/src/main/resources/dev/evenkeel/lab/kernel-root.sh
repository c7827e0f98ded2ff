#!/bin/sh
# Makes the root of full-kernel hosts, in a mount namespace of its own:
#   kernel-root.sh HOST_ROOT INTO PACKAGES KERNELS INIT
# HOST_ROOT stays as it is. PACKAGES holds packages to install, KERNELS kernel packages to unpack, INIT is the initrds'
# first process. Makes INTO/layer, what comes over HOST_ROOT, and INTO/root.ext4, the whole as a file system.
set -eu
lower=$1 into=$2 packages=$3 kernels=$4 init=$5
mkdir "$into/layer" "$into/overlay" "$into/root"
mount -t overlay -o "lowerdir=$lower,upperdir=$into/layer,workdir=$into/overlay" kernel-root "$into/root"
root=$into/root

printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # packages being installed must not start services
chmod 755 "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"
mount -t tmpfs devices "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/urandom" c 1 9
mount --bind "$packages" "$root/mnt"
if ! env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root DEBIAN_FRONTEND=noninteractive \
    chroot "$root" sh -c 'dpkg --force-unsafe-io --install /mnt/*.deb' >"$into/dpkg.log" 2>&1; then
    tail -n 20 "$into/dpkg.log" >&2
    exit 1
fi
rm "$into/dpkg.log"
umount "$root/mnt" "$root/dev"
rm -f "$root"/etc/ssh/ssh_host_*_key*

for package in "$kernels"/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink
done
for tree in "$root"/usr/lib/modules/*; do
    version=${tree##*/}
    chroot "$root" depmod "$version"
    initrd=$into/initrd
    mkdir -p "$initrd/bin" "$initrd/modules" "$initrd/proc" "$initrd/dev" "$initrd/disk"
    cp "$init" "$initrd/init"
    chmod 755 "$initrd/init"
    cp "$root/usr/bin/busybox" "$initrd/bin/busybox"
    for applet in sh mount umount insmod usleep switch_root; do ln -s busybox "$initrd/bin/$applet"; done
    # All that these need; a module that is not there is built in.
    for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
        find "$tree/kernel" -name "$module.ko" -exec strip --strip-debug -o "$initrd/modules/$module.ko" '{}' ';'
    done
    (cd "$initrd" && find . | cpio -o -H newc --quiet) >"$root/boot/initrd.img-$version"
    rm -r "$initrd"
done

mkdir -p "$root/opt/evenkeel"
umount "$root/proc"
# By the host's own tool, for the machine may have none. No journal: what is written to this disk is thrown away with it.
library=$root/usr/lib/x86_64-linux-gnu
MKE2FS_CONFIG=$root/etc/mke2fs.conf "$library/ld-linux-x86-64.so.2" --library-path "$library" "$root/sbin/mke2fs" \
    -q -t ext4 -b 4096 -m 0 -O '^has_journal' -E lazy_itable_init=0 -d "$root" "$into/root.ext4" 3G
umount "$root"
rm -r "$into/overlay" "$root"
