#!/bin/sh
# Put here by Evenkeel's agent while packages are changed on this host, and taken away afterwards. Packages' scripts ask
# it, by invoke-rc.d(8) and deb-systemd-invoke(1p), before they touch a service. It forbids what VMs would feel:
# libvirt-guests shuts VMs down or suspends them when it stops, virtlogd ends their logs, virtlockd lets go of their
# disks. All else is decided as before: by the policy that was here, else as where there is none.
own='@OWN@'
id=
actions=
for word in "$@"; do
    case $word in
    -*) ;;
    *) if [ -z "$id" ]; then id=$word; elif [ -z "$actions" ]; then actions=$word; fi ;;
    esac
done
if [ "$(cat /proc/sys/kernel/random/boot_id)" = '@BOOT@' ]; then
    case "$id $actions" in
    libvirt-guests*stop* | libvirt-guests*restart* | libvirt-guests*reload*) exit 101 ;;
    virtlogd*stop* | virtlogd*restart* | virtlogd*force-reload*) exit 101 ;;
    virtlockd*stop* | virtlockd*restart* | virtlockd*force-reload*) exit 101 ;;
    esac
fi
if [ -x "$own" ]; then exec "$own" "$@"; fi
# as invoke-rc.d without a policy: not where no init is, and not in parentheses, which is not in this runlevel
[ -e /sbin/init ] || exit 101
case $actions in
\(*) exit 101 ;;
esac
exit 0
