package dev.evenkeel.it;

import software.amazon.awssdk.imds.Ec2MetadataClient;

/** Asks for each path among its arguments with Amazon's client for Java, and prints the answers. */
final class AwsSdkClient {
    private AwsSdkClient() {}

    public static void main(String[] args) {
        try (Ec2MetadataClient client = Ec2MetadataClient.create()) {
            for (String path : args) {
                System.out.println(client.get(path).asString());
            }
        }
    }
}
