/**
 * How the lab talks to the machine it runs on: commands, processes known by number and start, files removed with care.
 * Nothing about hosts, guests or Debian may live here. Data comes from {@code /proc} and from what commands print, and
 * goes to whoever asked.
 */
@NullMarked
package dev.evenkeel.lab.os;

import org.jspecify.annotations.NullMarked;
