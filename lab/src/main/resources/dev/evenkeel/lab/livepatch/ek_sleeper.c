/*
 * No livepatch, but what one can be stuck on: a reader of /proc/ek_sleeper sleeps in ek_sleep() until somebody writes there,
 * and no signal wakes it; one of /proc/ek_napper can be woken, and then begins its call anew.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(sleepers);
static int awake;

noinline int ek_sleep(int deep)
{
	if (deep) {
		wait_event(sleepers, awake);
		return 0;
	}
	return wait_event_interruptible(sleepers, awake);
}

static ssize_t ek_read_deep(struct file *f, char __user *to, size_t n, loff_t *at)
{
	return ek_sleep(1);
}

static ssize_t ek_read(struct file *f, char __user *to, size_t n, loff_t *at)
{
	return ek_sleep(0);
}

static ssize_t ek_write(struct file *f, const char __user *from, size_t n, loff_t *at)
{
	awake = 1;
	wake_up_all(&sleepers);
	return n;
}

static const struct proc_ops deep_ops = { .proc_read = ek_read_deep, .proc_write = ek_write };
static const struct proc_ops ops = { .proc_read = ek_read, .proc_write = ek_write };

static int ek_init(void)
{
	proc_create("ek_sleeper", 0600, NULL, &deep_ops);
	proc_create("ek_napper", 0600, NULL, &ops);
	return 0;
}

static void ek_exit(void)
{
	remove_proc_entry("ek_napper", NULL);
	remove_proc_entry("ek_sleeper", NULL);
}

module_init(ek_init);
module_exit(ek_exit);
MODULE_LICENSE("GPL");
