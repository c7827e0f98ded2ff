/* Livepatches that go wrong: FUNCTION of OBJECT (a string, or NULL for the kernel itself), replaced by one that does nothing. */
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>

static int ek_nothing(void)
{
	return 0;
}

static struct klp_func functions[] = {
	{ .old_name = FUNCTION, .new_func = ek_nothing },
	{ }
};

static struct klp_object objects[] = {
	{ .name = OBJECT, .funcs = functions },
	{ }
};

static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objects };

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
