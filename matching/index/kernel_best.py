"""The best few of many, kept in a heap with the worst on top."""

from matching.index.kernel_memory import borrowing


@borrowing
def _worse(heap, one, other):
    if heap.numbers[one] != heap.numbers[other]:
        return heap.numbers[one] < heap.numbers[other]
    return heap.positions[one] > heap.positions[other]


@borrowing
def _exchange(heap, one, other):
    heap.numbers[one], heap.numbers[other] = heap.numbers[other], heap.numbers[one]
    heap.positions[one], heap.positions[other] = heap.positions[other], heap.positions[one]


@borrowing
def _sink(heap, size):
    """The top to where it belongs among the first `size`."""
    place = 0
    while 2 * place + 1 < size:
        below = 2 * place + 1
        if below + 1 < size and _worse(heap, below + 1, below):
            below += 1
        if not _worse(heap, below, place):
            break
        _exchange(heap, place, below)
        place = below


@borrowing
def is_full(heap):
    return heap.size[0] == len(heap.numbers)


@borrowing
def push(heap, number, position):
    """Where there is no room, the worst falls out."""
    size = heap.size[0]
    if size < len(heap.numbers):
        heap.size[0] += 1
        heap.numbers[size], heap.positions[size] = number, position
        while size and _worse(heap, size, (size - 1) >> 1):
            _exchange(heap, size, (size - 1) >> 1)
            size = (size - 1) >> 1
    elif number > heap.numbers[0] or (number == heap.numbers[0] and position < heap.positions[0]):
        heap.numbers[0], heap.positions[0] = number, position
        _sink(heap, size)


@borrowing
def put_in_order(heap):
    """By falling number, then position; a heap no more."""
    for last in range(heap.size[0] - 1, 0, -1):
        _exchange(heap, 0, last)
        _sink(heap, last)
