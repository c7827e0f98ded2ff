#!/bin/sh
# Process 1 of a lab host: keeps libvirtd and the agent running as systemd would with Restart=always, and reaps
# what their children leave behind. Files in /run/lab steer and tell:
#   NAME.pid   the service's process, while it runs        NAME.hold   while it exists the service is not started
#   agent      the script that is the agent; absent until the host has joined a fleet
#   boot       how long after the start of the kernel each step was reached, in seconds
# /usr/local/bin/systemctl speaks the few words of the real one that an operator or the agent uses on these two.

libvirtd_service() {
    tls=0
    if [ -s /etc/pki/libvirt/servercert.pem ] && [ -s /etc/pki/libvirt/private/serverkey.pem ] &&
        [ -s /etc/pki/CA/cacert.pem ]; then tls=1; fi
    sed -i "s/^listen_tls = .*/listen_tls = $tls/" /etc/libvirt/libvirtd.conf
    # with systemd the package libvirt-daemon-system, which the hosts lack, keeps these
    mkdir -p /var/log/libvirt/qemu /var/lib/libvirt/images
    exec /usr/sbin/libvirtd --listen
}

agent_service() {
    exec /bin/sh /run/lab/agent
}

supervise() { # keeps service $1 running; a short rest after each death, so that a broken one does not spin
    while :; do
        while [ -e "/run/lab/$1.hold" ]; do sleep 0.1; done
        "$1_service" </dev/null >>"/var/log/$1.log" 2>&1 &
        echo $! >"/run/lab/$1.pid"
        wait $!
        echo "$1 ended with $?" >>/var/log/lab.log
        rm -f "/run/lab/$1.pid"
        sleep 0.5
    done
}

# What a systemd unit of the agent does on other hosts: VMs whose memory outlived the last kernel come back first, as soon as
# libvirt takes orders and whether or not an agent can run.
resume_vms() {
    [ -x /var/lib/evenkeel/resume-vms ] || return 0
    rm -f /run/lab/resumed
    {
        /var/lib/evenkeel/resume-vms </dev/null >>/var/log/evenkeel/resume-vms.log 2>&1
        : >/run/lab/resumed
    } &
    waited=0
    until [ -S /run/libvirt/libvirt-sock ] || [ $waited -ge 3000 ]; do
        sleep 0.02
        waited=$((waited + 1))
    done
    reached libvirtd
    waited=0
    until [ -e /run/lab/resumed ] || [ $waited -ge 1200 ]; do # the agent's start would take their CPU
        sleep 0.05
        waited=$((waited + 1))
    done
    reached vms
}

reached() {
    read -r up idle </proc/uptime
    echo "$up $*" >>/run/lab/boot
}

mkdir -p /var/log/evenkeel
trap : TERM INT HUP
reached init
supervise libvirtd &

mkdir -p /usr/local/bin
cat >/usr/local/bin/systemctl <<'END'
#!/bin/sh
# The lab's hosts have no systemd: start, stop, restart, is-active and status of libvirtd and evenkeel-agent.
word=
unit=
for a in "$@"; do
    case $a in
    -*) ;;
    *) if [ -z "$word" ]; then word=$a; else unit=${a%.service}; fi ;;
    esac
done
case $unit in
libvirtd | virtqemud) name=libvirtd ;;
evenkeel-agent | agent) name=agent ;;
*)
    if [ "$word" = daemon-reload ]; then exit 0; fi
    echo "Unit $unit.service not found." >&2
    exit 5
    ;;
esac
pid() { cat "/run/lab/$name.pid" 2>/dev/null; }
running() { p=$(pid) && kill -0 "$p" 2>/dev/null; }
await() { # up to ten seconds for a condition
    n=0
    until "$@"; do
        n=$((n + 1))
        if [ $n -gt 200 ]; then return 1; fi
        sleep 0.05
    done
}
changed() { running && [ "$(pid)" != "$old" ]; }
gone() { ! running; }
case $word in
start) rm -f "/run/lab/$name.hold"; await running ;;
stop)
    : >"/run/lab/$name.hold"
    if running; then kill "$(pid)"; fi
    await gone
    ;;
restart | try-restart | reload-or-restart)
    old=$(pid)
    rm -f "/run/lab/$name.hold"
    if [ -n "$old" ]; then kill "$old" 2>/dev/null; fi
    await changed
    ;;
reload)
    if [ $name != libvirtd ] || ! running; then exit 1; fi
    kill -HUP "$(pid)"
    ;;
is-active | status)
    if running; then echo active; else
        echo inactive
        exit 3
    fi
    ;;
*)
    echo "systemctl $word: not on a lab host" >&2
    exit 2
    ;;
esac
END
chmod 755 /usr/local/bin/systemctl
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d # packages being installed must not start services
chmod 755 /usr/sbin/policy-rc.d

if [ ! -e /run/lab/agent ]; then : >/run/lab/agent.hold; fi
if [ -e /var/lib/evenkeel/lab-agent ]; then
    cp /var/lib/evenkeel/lab-agent /run/lab/agent
    rm -f /run/lab/agent.hold
fi
resume_vms
reached agent
supervise agent &
: >/run/lab/up
while :; do wait; done
