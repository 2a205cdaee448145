package dev.eventtarget.cli.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eventtarget.cli.soak.Resources.Course;
import dev.eventtarget.cli.soak.Resources.Resource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What grows is told from what goes up and down. */
class ResourcesTest {
    private static final long MEBI = 1 << 20;

    private final Resources resources = new Resources();

    private List<Resource> grown() {
        return resources.courses().stream()
                .filter(course -> !course.isFlat())
                .map(Course::resource)
                .toList();
    }

    @Test
    void whatGoesUpAndDownIsFlat() {
        IntStream.range(0, 30)
                .forEach(i -> resources.add(
                        new Resources.Sample((100 + i % 5 * 40) * MEBI, i % 3 * 100 * MEBI, 40 + i % 7, 100 + i % 9)));
        assertEquals(List.of(), grown());
    }

    @Test
    void whatGrowsIsFound() {
        IntStream.range(0, 30)
                .forEach(i -> resources.add(new Resources.Sample((100 + i * 5) * MEBI, 10 * MEBI, 40, 100 + i * 4)));
        assertEquals(List.of(Resource.HEAP, Resource.DESCRIPTORS), grown());
    }

    @Test
    void fewSamplesTellNothing() {
        resources.sample();
        assertEquals(List.of(), resources.courses());
    }
}
