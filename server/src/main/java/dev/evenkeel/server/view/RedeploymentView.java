package dev.evenkeel.server.view;

/** That a VM will be shut down on its host and started on another. */
public record RedeploymentView(String vm, String name, String run) {}
