/// Order, sums and differences. Comparing looks at magnitudes first, so that the cost is in the
/// digits that were written, never in the distance between exponents.
extension ExactDecimal: Comparable {
    public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let exponent = min(left.exponent, right.exponent)
        if let first = left.scaled(to: exponent), let second = right.scaled(to: exponent) {
            return first < second
        }
        let order = compareMagnitudes(left, right)
        return left.isNegative ? order > 0 : order < 0
    }

    /// Negative, zero or positive.
    private static func compareMagnitudes(_ left: ExactDecimal, _ right: ExactDecimal) -> Int {
        if left.isZero || right.isZero { return (left.isZero ? 0 : 1) - (right.isZero ? 0 : 1) }
        let top = (left.digitCount + Int(left.exponent), right.digitCount + Int(right.exponent))
        guard top.0 == top.1 else { return top.0 - top.1 }
        let (left, right) = (left.digits, right.digits)
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return Int(left[index]) - Int(right[index])
        }
        return left.count - right.count
    }
}

extension ExactDecimal {
    public static prefix func - (value: ExactDecimal) -> ExactDecimal {
        ExactDecimal(negative: !value.isNegative, like: value)
    }

    /// The exact sum; `nil` if it is over a limit.
    public static func + (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal? {
        if left.isZero { return right }
        if right.isZero { return left }
        let exponent = min(left.exponent, right.exponent)
        if let first = left.scaled(to: exponent), let second = right.scaled(to: exponent) {
            let sum = first + second
            return ExactDecimal(
                negative: sum < 0, coefficient: sum.magnitude, exponent: Int(exponent))
        }
        let places = max(
            left.digitCount + Int(left.exponent), right.digitCount + Int(right.exponent))
        let width = places - Int(exponent) + 1
        // Wider than both together, they share no place: the sum has a digit at either end.
        guard width <= Limits.decimalDigitsMax * 2 + 1 else { return nil }
        let first = left.spread(width, above: exponent)
        let second = right.spread(width, above: exponent)
        if left.isNegative == right.isNegative {
            return ExactDecimal(
                negative: left.isNegative, digits: added(first, second), exponent: Int(exponent))
        }
        let leftIsGreater = compareMagnitudes(left, right) >= 0
        return ExactDecimal(
            negative: leftIsGreater ? left.isNegative : right.isNegative,
            digits: leftIsGreater ? subtracted(first, second) : subtracted(second, first),
            exponent: Int(exponent))
    }

    /// The exact difference; `nil` if it is over a limit.
    public static func - (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal? {
        left + -right
    }

    /// The signed coefficient at a lower exponent, if it fits easily.
    private func scaled(to lower: Int32) -> Int128? {
        guard large.isEmpty, exponent - lower <= 18 else { return nil }
        var value = Int128(small)
        for _ in 0..<exponent - lower { value *= 10 }
        return isNegative ? -value : value
    }

    /// The digits, right-aligned at `lower`, in `width` places.
    private func spread(_ width: Int, above lower: Int32) -> [UInt8] {
        var places = [UInt8](repeating: 0, count: width)
        let digits = digits
        let start = width - Int(exponent - lower) - digits.count
        for (index, digit) in digits.enumerated() { places[start + index] = digit }
        return places
    }

    private static func added(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var sum = left
        var carry: UInt8 = 0
        for index in left.indices.reversed() {
            let place = left[index] + right[index] + carry
            sum[index] = place % 10
            carry = place / 10
        }
        return sum
    }

    /// `left` is not the smaller.
    private static func subtracted(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var difference = left
        var borrow: UInt8 = 0
        for index in left.indices.reversed() {
            let taken = right[index] + borrow
            borrow = left[index] < taken ? 1 : 0
            difference[index] = left[index] + borrow * 10 - taken
        }
        return difference
    }
}
