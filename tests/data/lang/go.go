// Package p is a sample.
package p

/* block */
func (s *Stack[T]) Push(v T) error {
	if v == nil && s.n > 0 || s.full {
		return nil
	}
	for i := range s.items {
		switch i {
		case 1, 2:
		case 3:
		default:
		}
	}
	go func() {
		select {
		case <-c:
		default:
		}
	}()
	return nil
}

func (p Point) X() int { return p.x }

func plain() string {
	return `
// text
` + "// text" // comment
}

func external(x int) int
