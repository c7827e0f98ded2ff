/**
 * What the agent tells of its host: versions that run, capabilities, and the VMs with their owners' wishes. Nothing is changed here. Facts come from libvirt, /proc and dpkg; they leave as core's records in reports.
 */
@NullMarked
package dev.evenkeel.agent.facts;

import org.jspecify.annotations.NullMarked;
