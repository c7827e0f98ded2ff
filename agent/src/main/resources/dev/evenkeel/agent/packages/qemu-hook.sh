#!/bin/sh
# Installed by the Evenkeel agent. While this host's packages are being changed, no VM may start or arrive here.
# libvirt calls it as: VM OPERATION SUB-OPERATION EXTRA (https://libvirt.org/hooks.html). Whatever goes wrong in here
# lets the VM through: only a mark that the agent made since the host booted says no.
case $2 in
prepare | start | migrate | restore) ;;
*) exit 0 ;;
esac
case $1 in
evenkeel-probe-hook-*) ;; # asks whether this hook is heard
evenkeel-probe-*) exit 0 ;;
esac
mark='@MARK@'
[ -r "$mark" ] || exit 0
read -r boot effect <"$mark" || exit 0
read -r now </proc/sys/kernel/random/boot_id || exit 0
[ "$boot" = "$now" ] || exit 0
echo "host $(uname -n) is closed for maintenance: $effect changes its packages, and no VM may start or arrive meanwhile;" \
    "see evenkeel run show ${effect%/*}; if no agent works on it any more, remove $mark" >&2
exit 1
