/* What the demo's livepatches share: /proc/version says which of them is live. */
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/utsname.h>

static int ek_version_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s version %s (patched by %s) %s\n", utsname()->sysname, utsname()->release, KBUILD_MODNAME,
		   utsname()->version);
	return 0;
}

static struct klp_func functions[] = {
	{ .old_name = "version_proc_show", .new_func = ek_version_proc_show },
	{ }
};

static struct klp_object objects[] = {
	{ .funcs = functions }, /* of the kernel itself */
	{ }
};

static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objects, .replace = true };

static int ek_init(void)
{
	return klp_enable_patch(&patch);
}

static void ek_exit(void)
{
}

module_init(ek_init);
module_exit(ek_exit);
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
