/**
 * Maintenance configurations: when an owner lets its VMs and hosts be touched, with the semantics of Azure's of the same
 * name. Who they are assigned to, and what is done in an opening, is not decided here; nothing reads a clock. Texts come
 * from the API and the store, and leave as openings, as the turn of an update, or as errors that name field and remedy.
 *
 * @see <a href="https://learn.microsoft.com/azure/virtual-machines/maintenance-configurations">Maintenance
 *     configurations</a>
 */
@NullMarked
package dev.evenkeel.core.window;

import org.jspecify.annotations.NullMarked;
