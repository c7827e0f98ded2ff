#!/bin/sh
# Makes the root of full-kernel hosts, in a mount namespace of its own:
#   kernel-root.sh HOST_ROOT INTO PACKAGES
# HOST_ROOT stays as it is. PACKAGES holds the packages to install, a kernel among them. Makes INTO/layer, what comes over
# HOST_ROOT, and INTO/root.ext4, the whole as a file system. Takes the scripts that make initrds from its own directory.
set -eu
lower=$1 into=$2 packages=$3 scripts=${0%/*}
mkdir "$into/layer" "$into/overlay" "$into/root"
mount -t overlay -o "lowerdir=$lower,upperdir=$into/layer,workdir=$into/overlay" kernel-root "$into/root"
root=$into/root

# Makes initrds for whatever kernel is installed, now or later, as initramfs-tools would.
package=$into/evenkeel-lab-initrd
mkdir -p "$package/DEBIAN" "$package/usr/share/evenkeel-lab"
cat >"$package/DEBIAN/control" <<'END_OF_CONTROL'
Package: evenkeel-lab-initrd
Version: 1
Architecture: all
Maintainer: Evenkeel <evenkeel@localhost>
Depends: busybox-static
Provides: linux-initramfs-tool
Description: initrds of the lab's full-kernel hosts
END_OF_CONTROL
install -m 755 "$scripts/kernel-host-initrd.sh" "$package/usr/share/evenkeel-lab/init"
for hooks in postinst.d postrm.d; do
    install -m 755 -D "$scripts/kernel-initrd.sh" "$package/etc/kernel/$hooks/evenkeel-lab-initrd"
done
dpkg-deb --root-owner-group -Zgzip --build "$package" "$packages/evenkeel-lab-initrd_1_all.deb" >/dev/null
rm -r "$package"

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

mkdir -p "$root/opt/evenkeel"
umount "$root/proc"
# By the host's own tool, for the machine may have none. With a journal, for such a host comes back from a panic.
library=$root/usr/lib/x86_64-linux-gnu
MKE2FS_CONFIG=$root/etc/mke2fs.conf "$library/ld-linux-x86-64.so.2" --library-path "$library" "$root/sbin/mke2fs" \
    -q -t ext4 -b 4096 -m 0 -J size=16 -E lazy_itable_init=0 -d "$root" "$into/root.ext4" 3G
umount "$root"
rm -r "$into/overlay" "$root"
