package com.example;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A service of a host: answers each line that it is sent on its port, given as argument, with what its parser makes of it. */
public final class Inventory {
    private Inventory() {}

    public static void main(String[] args) throws IOException {
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]), 5, InetAddress.getLoopbackAddress())) {
            while (true) {
                try (Socket socket = server.accept()) {
                    BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
                    new PrintStream(socket.getOutputStream(), true).println(Parser.parse(in.readLine()));
                }
            }
        }
    }
}
