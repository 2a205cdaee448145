package dev.eventtarget.cli.soak;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** What this process uses, seen from time to time: whether it grows. */
final class Resources {
    private static final int FEWEST_SAMPLES = 27;
    private static final long MEBI = 1 << 20;

    private final List<Sample> samples = new ArrayList<>();

    /**
     * What is used at one time.
     *
     * @param heap bytes of live objects, after a garbage collection
     * @param direct bytes of buffers outside the heap
     * @param threads live threads
     * @param descriptors open file descriptors; 0 where they can't be counted
     */
    record Sample(long heap, long direct, long threads, long descriptors) {}

    /** One resource: how it is called, how to read it, and by how much its level may differ. */
    enum Resource {
        HEAP("heap after GC, MiB", MEBI, 16, Sample::heap),
        DIRECT("direct memory, MiB", MEBI, 32, Sample::direct),
        THREADS("threads", 1, 8, Sample::threads),
        DESCRIPTORS("file descriptors", 1, 16, Sample::descriptors);

        private final String text;
        private final long unit;
        private final long slack;
        private final ToLongFunction<Sample> figure;

        Resource(String text, long unit, long slack, ToLongFunction<Sample> figure) {
            this.text = text;
            this.unit = unit;
            this.slack = slack;
            this.figure = figure;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * How one resource went.
     *
     * @param resource which
     * @param first the median of the first third, in the resource's unit
     * @param last that of the last third
     * @param most the greatest
     * @param isFlat whether the last third is not above the first by more than a quarter and the resource's slack
     */
    record Course(Resource resource, double first, double last, double most, boolean isFlat) {}

    /** Looks now, after a garbage collection. */
    void sample() {
        System.gc();
        samples.add(new Sample(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                direct(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                        ? unix.getOpenFileDescriptorCount()
                        : 0));
    }

    /** Buffers are counted by the JVM, by Netty or by both, as Netty makes them. */
    private static long direct() {
        long pools = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return Math.max(pools, PlatformDependent.usedDirectMemory());
    }

    void add(Sample sample) {
        samples.add(sample);
    }

    /** {@return how each resource went; empty if there are too few samples to tell} */
    List<Course> courses() {
        if (samples.size() < FEWEST_SAMPLES) {
            return List.of();
        }
        List<Course> courses = new ArrayList<>();
        int third = samples.size() / 3;
        for (Resource resource : Resource.values()) {
            double first = median(resource, samples.subList(0, third));
            double last = median(resource, samples.subList(samples.size() - third, samples.size()));
            double most = samples.stream().mapToLong(resource.figure).max().orElse(0) / (double) resource.unit;
            courses.add(new Course(resource, first, last, most, last <= first * 1.25 + resource.slack));
        }
        return courses;
    }

    private static double median(Resource resource, List<Sample> some) {
        long[] sorted = some.stream().mapToLong(resource.figure).sorted().toArray();
        return sorted[sorted.length / 2] / (double) resource.unit;
    }
}
