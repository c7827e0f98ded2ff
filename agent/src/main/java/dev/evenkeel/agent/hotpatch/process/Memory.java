package dev.evenkeel.agent.hotpatch.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The memory of a process, as {@code proc_pid_mem(5)} shows it. */
final class Memory implements AutoCloseable {
    private final RandomAccessFile file;

    Memory(TargetProcess process, boolean write) throws IOException {
        this.file = new RandomAccessFile(process.proc("mem").toFile(), write ? "rw" : "r");
    }

    byte[] read(long address, int size) throws IOException {
        byte[] bytes = new byte[size];
        file.seek(address);
        file.readFully(bytes);
        return bytes;
    }

    /** The same in words of eight bytes. */
    ByteBuffer words(long address, int size) throws IOException {
        return ByteBuffer.wrap(read(address, size)).order(ByteOrder.LITTLE_ENDIAN);
    }

    void write(long address, byte[] bytes) throws IOException {
        file.seek(address);
        file.write(bytes);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
